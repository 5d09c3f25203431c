import { expect } from '@jest/globals'
import { scenario } from '../scenario.ts'
import { comesBack, patient, staysSilent } from './silent-host.ts'

scenario(
  'cut',
  'a host that is off the network still runs its guests: none is moved before the host is off',
  {},
  async world =>
    await staysSilent(world, async () => {
      await world.lab.cut('compute-01')
      const guests = await world.lab.guests()
      expect(guests.filter(line => line.startsWith('compute-01') && line.endsWith('runs'))).toHaveLength(3)
    })
)

scenario(
  'cut',
  'a host that comes back to the network while it is looked at is dismissed, and nothing was touched',
  patient,
  async world => await comesBack(world, async () => await world.lab.cut('compute-01'))
)
