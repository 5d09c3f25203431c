import type { FencingDeps } from '../../src/fencing/agent.ts'

/** What agents need that use neither programs nor Ironic. */
export const unused: Pick<FencingDeps, 'path' | 'bareMetal'> = {
  path: '',
  bareMetal() {
    throw new Error('no agent of this test asks Ironic')
  }
}

export const silent: FencingDeps['log'] = { info() {}, warn() {}, error() {} }
