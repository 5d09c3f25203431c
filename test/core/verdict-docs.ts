import type { Findings, Verdict } from '../../src/core/verdict.ts'
import { verdictTable } from '../../src/core/verdict-table.ts'

const columns: readonly (readonly [keyof Findings, string, Readonly<Record<string, string>>])[] = [
  [
    'nova',
    'Nova',
    { alive: 'reports again', down: 'down for long', silent: 'still up, reports stopped', unknown: 'unknown' }
  ],
  [
    'network',
    'over the network',
    { alive: 'answers', answered: 'answered a moment ago', silent: 'silent', unknown: 'unknown' }
  ],
  ['beside', 'beside the network', { alive: 'answers', silent: 'silent', unknown: 'unknown' }],
  ['power', 'BMC', { off: 'Off', unknown: 'On or unknown' }],
  ['alarm', 'signals', { stands: 'one stands', none: 'none stands' }],
  ['missing', 'a sign of life is silent', { yes: 'yes', no: 'no' }],
  ['enough', 'enough sources', { yes: 'yes', no: 'no' }]
]

const remedies: Readonly<Record<Verdict, string>> = {
  dead: 'fence, then move',
  isolated: 'fence, then move',
  'compute-down': '`confirm.computeDown`: held',
  degraded: '`confirm.degraded`: held',
  healthy: 'dismissed',
  unknown: 'looks on, then held'
}

/** The verdict table as docs/safety.md has it. An empty cell: whatever it is. */
export function tableOfVerdicts(): string {
  const head = ['', ...columns.map(([, title]) => title), 'verdict', 'what follows']
  const rows = verdictTable.map(({ when, verdict }, index) => [
    String(index + 1),
    ...columns.map(([name, , words]) => (when[name] ?? []).map(value => words[value]).join(', or ')),
    `\`${verdict}\``,
    remedies[verdict]
  ])
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
