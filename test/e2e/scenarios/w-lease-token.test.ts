import { expect } from '@jest/globals'
import { expectMoved } from '../expectations.ts'
import { playLateRequest } from '../late-request.ts'
import { onPostgres } from '../replicas.ts'
import { scenario } from '../scenario.ts'

scenario(
  'w',
  'the cloud itself refuses an evacuation that arrives after the lease, if tokens end with it',
  { store: onPostgres, more: { lease: { seconds: 8, enforceByKeystone: true } } },
  async world => {
    const { view, status } = await playLateRequest('w', 6, world)
    expect(status).toBe(401)
    expect(view.state).toBe('recovered')
    const moved = view.moveList.map(({ server }) => server)
    expect(moved).toHaveLength(6)
    await expectMoved(world.cloud, moved, 'compute-01', view.plan?.targets ?? [])
  }
)
