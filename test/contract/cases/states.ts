import type { ContractCase } from '../contract-case.ts'
import { answered, evacuate, failSource, waitFor } from '../steps/evacuate.ts'
import { lookAt } from '../steps/look.ts'
import { type Stage, target } from '../steps/stage.ts'

interface Prepared {
  /** As Nova's `status` has it, or what else was done to the server. */
  readonly called: string
  readonly action?: Readonly<Record<string, unknown>>
  readonly status?: string
  readonly unseen?: readonly string[]
}

const prepared: readonly Prepared[] = [
  { called: 'ACTIVE' },
  { called: 'SHUTOFF', action: { 'os-stop': null }, status: 'SHUTOFF' },
  { called: 'PAUSED', action: { pause: null }, status: 'PAUSED' },
  { called: 'SUSPENDED', action: { suspend: null }, status: 'SUSPENDED' },
  { called: 'ERROR', action: { 'os-resetState': { state: 'error' } }, status: 'ERROR' },
  // The lab's guests do not run their rescue image.
  { called: 'RESCUE', action: { rescue: {} }, status: 'RESCUE', unseen: ['power', 'guests'] },
  { called: 'SHELVED_OFFLOADED', action: { shelve: null }, status: 'SHELVED_OFFLOADED' },
  { called: 'LOCKED', action: { lock: null } }
]

/** In which state a server may be moved, and in which it ends. */
export const states: readonly ContractCase[] = [
  {
    name: 'server-states',
    asks: 'In which state can a server be evacuated?',
    telling: true,
    async play(stage) {
      const ids = await stage.boot([...prepared.map(({ called }) => called), 'DELETED'])
      await prepare(stage, ids)
      const deleted = ids.at(-1)!
      await stage.call('DELETE', `/servers/${deleted}`)
      await waitFor(stage, deleted, '404')
      await failSource(stage)
      for (const [index, { called, unseen = [] }] of prepared.entries()) {
        await evacuate(stage, `server is ${called}`, ids[index]!, { host: target }, { unseen })
      }
      await evacuate(stage, 'server is DELETED', deleted, { host: target })
    }
  },
  {
    name: 'states-reset-first',
    asks: 'Can the others be evacuated after os-resetState?',
    async play(stage) {
      const three = prepared.filter(({ called }) => ['PAUSED', 'SUSPENDED', 'RESCUE'].includes(called))
      const ids = await stage.boot(three.map(({ called }) => called))
      for (const [index, { action, status }] of three.entries()) {
        await stage.act(ids[index]!, action!)
        await waitFor(stage, ids[index]!, status!)
      }
      await failSource(stage)
      for (const [index, { called, unseen = [] }] of three.entries()) {
        await stage.act(ids[index]!, { 'os-resetState': { state: 'error' } })
        const step = `server was ${called}, os-resetState error before`
        await evacuate(stage, step, ids[index]!, { host: target }, { unseen })
      }
    }
  },
  {
    name: 'states-by-microversion',
    asks: 'From which microversion on does an evacuated server stay stopped, and which does not?',
    async play(stage) {
      const kinds = prepared.filter(({ called }) => ['ACTIVE', 'SHUTOFF', 'ERROR'].includes(called))
      const tries = ['2.94', '2.95'].flatMap(version => kinds.map(kind => ({ ...kind, version })))
      const ids = await stage.boot(tries.map(({ called, version }) => `${called} ${version}`))
      for (const [index, { action, status }] of tries.entries()) {
        if (action === undefined) continue
        await stage.act(ids[index]!, action)
        await waitFor(stage, ids[index]!, status!)
      }
      await failSource(stage)
      for (const [index, { called, version: microversion }] of tries.entries()) {
        const step = `server is ${called}, microversion ${microversion}`
        await evacuate(stage, step, ids[index]!, { host: target }, { microversion })
      }
    }
  },
  {
    name: 'server-waits-for-its-resize',
    asks: 'Is a server evacuated whose resize waits to be confirmed?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await stage.act(server!, { migrate: { host: 'compute-02' } })
      await waitFor(stage, server!, 'VERIFY_RESIZE')
      // The lab's guest runs on where it was, too, until the resize is confirmed.
      const unseen = ['guests']
      await evacuate(
        stage,
        'server is VERIFY_RESIZE (on compute-02, which is up)',
        server!,
        { host: target },
        { unseen }
      )
    }
  },
  {
    name: 'reboot-at-failure',
    asks: 'Can a server be evacuated while its task waits for the dead host?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      const answer = await stage.act(server!, { reboot: { type: 'HARD' } })
      stage.note('reboot of a server whose host is down', { ...answered(answer), ...(await lookAt(stage, server!)) })
      await evacuate(stage, "... and then evacuate, its task still 'rebooting'", server!, { host: target })
      await stage.act(server!, { 'os-resetState': { state: 'active' } })
      await evacuate(stage, '... and after os-resetState active', server!, { host: target })
    }
  },
  {
    name: 'deleted-at-failure',
    asks: 'What does a user get who deletes a server of the dead host?',
    async play(stage) {
      const [server] = await stage.boot(['server'])
      await failSource(stage)
      const answer = await stage.call('DELETE', `/servers/${server}`)
      await stage.pass(5)
      stage.note('delete of a server whose host is down', { ...answered(answer), ...(await lookAt(stage, server!)) })
      await evacuate(stage, '... and then evacuate', server!, { host: target })
    }
  }
]

async function prepare(stage: Stage, ids: readonly string[]): Promise<void> {
  for (const [index, { action }] of prepared.entries()) if (action !== undefined) await stage.act(ids[index]!, action)
  for (const [index, { status }] of prepared.entries()) {
    if (status !== undefined) await waitFor(stage, ids[index]!, status)
  }
}
