import { table, widthsOf } from '../table.ts'

/** A line, and how far in it goes on where it has to be broken. */
export interface Line {
  readonly text: string
  readonly hang: number
}

export interface Section {
  readonly label: string
  readonly lines: readonly Line[]
}

export function line(text: string, hang = 0): Line {
  return { text, hang }
}

/** Columns; the last one goes on below itself. */
export function rows(cells: readonly (readonly string[])[]): Line[] {
  const hang = widthsOf(cells)
    .slice(0, -1)
    .reduce((sum, width) => sum + width + 2, 0)
  return table(cells)
    .split('\n')
    .slice(0, -1)
    .map(text => ({ text, hang }))
}

/** So narrow a text is not broken further, for then nobody could read it. */
const narrow = 24

/** The sections one below the other, each with its label at the left; empty ones are left out. Broken at `width`, where there is one. */
export function layout(sections: readonly Section[], width = Number.POSITIVE_INFINITY): string {
  const shown = sections.filter(({ lines }) => lines.length > 0)
  const indent = Math.max(...shown.map(({ label }) => label.length)) + 2
  return shown
    .flatMap(({ label, lines }) =>
      lines
        .flatMap(one => broken(one, Math.max(narrow, width - indent)))
        .map((text, index) => `${(index === 0 ? label : '').padEnd(indent)}${text}`.trimEnd())
    )
    .map(text => `${text}\n`)
    .join('')
}

function broken({ text, hang }: Line, width: number): string[] {
  const inset = hang > width - narrow ? text.search(/\S|$/) + 2 : hang
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width)
    // Only between words, and not within the blanks that align columns.
    const cut = rest.slice(0, at).trim() === '' || at < inset ? rest.indexOf(' ', width) : at
    if (cut === -1) break
    lines.push(rest.slice(0, cut).trimEnd())
    rest = `${' '.repeat(inset)}${rest.slice(cut).trimStart()}`
  }
  return [...lines, rest]
}
