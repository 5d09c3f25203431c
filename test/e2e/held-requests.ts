import { type Network, type SentRequest, startNetwork } from './network.ts'

/** A network which may keep a request and deliver it when nobody waits for it any more. */
export interface HoldingNetwork extends Pick<Network, 'url' | 'close'> {
  /** From now on the first evacuation is kept. */
  hold(): void
  /** True while one is kept. */
  isHolding(): boolean
  /** The server that it is about. */
  server(): string
  /** Delivers it; resolves to the service's answer. */
  deliver(): Promise<{ readonly status: number; readonly text: string }>
}

/** Passes everything on to `service` until it is told to hold an evacuation. */
export async function startHoldingNetwork(service: string): Promise<HoldingNetwork> {
  let isArmed = false
  let kept: SentRequest | undefined
  const network = await startNetwork(service, request => {
    if (!isArmed || !request.body.includes('"evacuate"')) return 'pass'
    isArmed = false
    kept = request
    return 'keep'
  })
  return {
    url: network.url,
    close: network.close,
    hold() {
      isArmed = true
    },
    isHolding: () => kept !== undefined,
    server: () => /\/servers\/([^/]+)\/action/.exec(kept?.path ?? '')?.[1] ?? '',
    async deliver() {
      if (kept === undefined) throw new Error('nothing was kept')
      const { status, body } = await network.forward(kept)
      return { status, text: body.toString() }
    }
  }
}
