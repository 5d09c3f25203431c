/** The reasons that we write into Nova's services; what bears another reason is not ours. */
export const spareReason = 'switchover: spare'

const isolationMark = 'switchover: failed'

export function isolationReason(recovery: string): string {
  return `${isolationMark}, recovery ${recovery}`
}

/** The reason is one that we wrote. */
export function isOurs(disabledReason: string | undefined): boolean {
  return disabledReason === spareReason || disabledReason?.startsWith(isolationMark) === true
}

export function isIsolatedByUs(disabledReason: string | undefined): boolean {
  return disabledReason?.startsWith(isolationMark) === true
}
