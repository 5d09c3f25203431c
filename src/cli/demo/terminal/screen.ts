import { type Line, paint } from './paint.ts'

/** Where a picture is drawn over the one before it. */
export interface Screen {
  draw(lines: readonly Line[]): void
  /** The last picture stays; what is written next comes below it. */
  close(): void
}

const csi = '\u001b['
const hideCursor = `${csi}?25l`
const showCursor = `${csi}?25h`
/** Terminals that know them show everything in between at once; the others ignore them. */
const begin = `${csi}?2026h`
const end = `${csi}?2026l`

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'on' | 'off'>

export function createScreen(out: Terminal, color: boolean): Screen {
  let drawn = 0
  let last = ''
  // A terminal that changes its width breaks the lines anew: nobody knows any more where the picture began.
  const forget = () => {
    out.write(`${csi}2J${csi}H`)
    drawn = 0
    last = ''
  }
  out.on('resize', forget)
  out.write(hideCursor)
  return {
    draw(lines) {
      const picture = lines.map(line => `${paint(line, color)}${csi}K\n`).join('')
      if (picture === last) return
      const back = drawn === 0 ? '\r' : `${csi}${drawn}A\r`
      out.write(`${begin}${back}${picture}${csi}J${end}`)
      drawn = lines.length
      last = picture
    },
    close() {
      out.off('resize', forget)
      out.write(showCursor)
    }
  }
}
