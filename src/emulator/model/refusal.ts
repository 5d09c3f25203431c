/** What a service answers instead of doing it: its HTTP status and its own words. Both faces translate it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
