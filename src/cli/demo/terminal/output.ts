import type { WriteStream } from 'node:tty'
import type { Environment } from '../../../config/read-yaml.ts'
import { liveView, type Size, smallest } from '../picture/live-view.ts'
import type { Scene } from '../seen/scene.ts'
import { plainLines } from '../text/plain-lines.ts'
import { type Line, paint } from './paint.ts'
import { createScreen } from './screen.ts'

/** Where people watch: a picture that is drawn in place, or a line for each thing that happens. */
export interface Output {
  readonly width: number
  /** How long people are given to read a sentence; machines need no time. */
  readonly paceMs: number
  show(scene: Scene): void
  /** The last picture stays; from now on there are lines. */
  endPicture(): void
  print(lines: readonly Line[]): void
}

export interface OutputChoice {
  readonly plain: boolean
  readonly env: Environment
}

type Out = Pick<WriteStream, 'write' | 'on' | 'off'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>

/** Text wider than this is hard to read. */
const widthMax = 110

export function createOutput(out: Out, { plain, env }: OutputChoice): Output {
  const isTerminal = out.isTTY === true && env.TERM !== 'dumb'
  const color = isTerminal && (env.NO_COLOR ?? '') === ''
  const size = (): Size => ({
    width: Math.min(widthMax, (out.columns ?? widthMax + 1) - 1),
    height: (out.rows ?? 25) - 1
  })
  const isRoomy = size().width >= smallest.width && size().height >= smallest.height
  let screen = isTerminal && !plain && isRoomy && (env.CI ?? '') === '' ? createScreen(out, color) : undefined
  let before: Scene | undefined
  const { width } = size()
  return {
    width,
    paceMs: screen === undefined ? 300 : 2000,
    show(scene) {
      if (screen !== undefined) screen.draw(liveView(scene, size()))
      else for (const line of plainLines(before, scene)) out.write(`${line}\n`)
      before = scene
    },
    endPicture() {
      screen?.close()
      screen = undefined
    },
    print(lines) {
      for (const line of lines) out.write(`${paint(line, color)}\n`)
    }
  }
}
