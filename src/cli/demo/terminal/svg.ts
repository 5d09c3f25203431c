import { type Line, type Tone, widthOf } from './paint.ts'

/** A dark terminal that is readable on light and dark pages alike. */
const colors: Readonly<Record<Tone | 'plain' | 'paper', string>> = {
  paper: '#0d1117',
  plain: '#d7dde4',
  title: '#ffffff',
  dim: '#7d8590',
  good: '#56d364',
  bad: '#ff7b72',
  busy: '#e3b341',
  ours: '#58c4dc'
}
const cell = { width: 8.4, height: 19 }
const margin = 18
const font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

/** The same lines as a picture. Each piece stands where its column is, whatever font the reader has. */
export function svgOf(lines: readonly Line[], title: string): string {
  const columns = Math.max(...lines.map(widthOf))
  const [width, height] = [columns * cell.width + 2 * margin, lines.length * cell.height + 2 * margin]
  const size = `${Math.ceil(width)} ${Math.ceil(height)}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" role="img" aria-label="${escaped(title)}" font-family="${font}" font-size="14">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${colors.paper}"/>`,
    ...lines.flatMap(textOf),
    '</svg>',
    ''
  ].join('\n')
}

function textOf(line: Line, row: number): string[] {
  const y = round(margin + row * cell.height + 14)
  let column = 0
  return line.flatMap(({ text, tone }) => {
    const lead = text.length - text.trimStart().length
    const said = text.trim()
    const x = round(margin + (column + lead) * cell.width)
    column += text.length
    if (said === '') return []
    const bold = tone === 'title' ? ' font-weight="bold"' : ''
    return `<text x="${x}" y="${y}" textLength="${round(said.length * cell.width)}" fill="${colors[tone ?? 'plain']}" xml:space="preserve"${bold}>${escaped(said)}</text>`
  })
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
