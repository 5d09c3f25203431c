/** What people write who know other languages, and what CEL has for it. Looked for outside of quotes. */
const habits: readonly (readonly [RegExp, string])[] = [
  [/[“”„‘’]/, 'write plain quotes: "…"'],
  [/=~/, 'write .matches("…")'],
  [/===|(?<![=!<>])=(?!=)/, 'write == to compare'],
  [/\band\b/i, 'write && for and'],
  [/\bor\b/i, 'write || for or'],
  [/\bnot\b/i, 'write ! for not'],
  [/(?<!&)&(?!&)/, 'write && for and'],
  [/(?<!\|)\|(?!\|)/, 'write || for or'],
  [/\bis\b/i, 'write == to compare'],
  [/\blike\b/i, 'write .matches("…") or .startsWith("…")'],
  [/\d:\d/, 'a time stands in quotes: "22:00"'],
  [/["']/, 'a quote is not closed']
]

/** Why a text is no CEL, by the parser's message and what the text looks like. */
export function syntaxMistake(when: string, message: string): string {
  if (when.trim() === '') return 'is empty'
  const [, line, column] = /<input>:(\d+):(\d+):/.exec(message) ?? []
  if (line === undefined || column === undefined) return `is no CEL: ${message}`
  const at = line === '1' ? `column ${column}` : `line ${line}, column ${column}`
  const bare = when.replaceAll(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '""').replaceAll('""', ' ')
  const hint = habits.find(([pattern]) => pattern.test(bare))?.[1] ?? bracketHint(bare)
  const rest = when.split('\n')[Number(line) - 1]?.slice(Number(column) - 1, Number(column) + 20) ?? ''
  return `is no CEL from ${at} on ("${rest}")${hint === undefined ? '' : `: ${hint}`}`
}

function bracketHint(bare: string): string | undefined {
  for (const [open, close] of ['()', '[]']) {
    if (open === undefined || close === undefined) continue
    const more = bare.split(open).length - bare.split(close).length
    if (more !== 0) return more > 0 ? `a ${open} is not closed` : `a ${close} is too many`
  }
  return undefined
}

const types: readonly (readonly [RegExp, string])[] = [
  [/^(int|uint|double)$/, 'a number'],
  [/^string$/, 'a text'],
  [/^bool$/, 'a yes or no'],
  [/^list/, 'a list'],
  [/^map/, 'a group'],
  [/Duration$/, 'a duration'],
  [/Timestamp$/, 'a time']
]

/** The library's message for what can't be evaluated, as an operator would say it; others stay as they are. */
export function evaluationMistake(message: string): string {
  const unbound = /^unbound function: (\w+)/.exec(message)?.[1]
  if (unbound !== undefined)
    return `there is no function ${unbound}; for texts there are startsWith, endsWith, contains, matches, lowerAscii`
  const [, name, applied] = /no matching overload for '(.+)' applied to '(.+)'/.exec(message) ?? []
  if (name === undefined || applied === undefined) return message
  const names = namesOf(applied)
  const what = name.replaceAll('_', '')
  return `${/^\w+$/.test(what) ? `${name}()` : what} does not go with ${names.join(' and ')}${hintFor(name, names)}`
}

/** Of "(int, string)", "list(dyn).(string)" and the like. */
function namesOf(applied: string): string[] {
  return applied
    .replaceAll('google.protobuf.', '')
    .replaceAll(/\b(list|map)\([^)]*\)/g, '$1')
    .split(/[(),.\s]+/)
    .filter(word => word !== '')
    .map(word => types.find(([pattern]) => pattern.test(word))?.[1] ?? word)
}

function hintFor(name: string, names: readonly string[]): string {
  if (name === 'contains' && names[0] === 'a list') return ': write "text" in list'
  if (names.includes('a duration') && names.includes('a number')) return ': write a duration like duration("1h")'
  if (/^_[<>]=?_$/.test(name) && names.includes('a number') && names.includes('a text'))
    return ': a number stands without quotes, a text is made one by int(…)'
  return ''
}
