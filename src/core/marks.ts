/** The reasons that we write into Nova's services; what bears another reason is not ours. */
export const spareReason = 'switchover: spare'

const isolationMark = 'switchover: failed'

/** Why a machine is in Ironic's maintenance. */
export const nodeReason = `${isolationMark} compute host, powered off; lift this when it is repaired`

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
