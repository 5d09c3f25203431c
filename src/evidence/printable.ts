/** What a stranger says ends up in a log and on a page. */
export function printable(text: string, max: number): string {
  return text.replaceAll(/[^ -~]/g, '').slice(0, max)
}
