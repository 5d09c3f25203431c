import { suggestion } from '../core/closest.ts'

/** Words in braces that nothing would fill in, so that they would be taken as they stand; each as a sentence. `known`: host, address. */
export function strangePlaceholders(text: string, known: readonly string[]): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].flatMap(([, word = '']) =>
    known.includes(word)
      ? []
      : [`nothing fills in {${word}}${suggestion(word, known)}; there is ${known.map(one => `{${one}}`).join(' and ')}`]
  )
}
