import { scenario } from '../scenario.ts'
import { comesBack, patient, staysSilent } from './silent-host.ts'

scenario(
  'hangs',
  'a host that hangs takes connections and says nothing: it is dead, fenced and emptied',
  {},
  async world => await staysSilent(world, async () => await world.lab.hang('compute-01'))
)

scenario(
  'hangs',
  'a host that goes on while it is being looked at is dismissed, and nothing was touched',
  patient,
  async world => await comesBack(world, async () => await world.lab.hang('compute-01'))
)
