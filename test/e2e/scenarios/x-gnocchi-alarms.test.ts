import { deaf, playMeasured } from '../alarms/measured.ts'
import { granularitySeconds, lackOfGnocchi, measureInGnocchi } from '../alarms/metrics.ts'
import { scenarioUnless } from '../scenario.ts'
import { usualHosts } from '../service-config.ts'

const query = '{"=": {"host_name": "{host}"}}'
const gnocchi = { metric: 'host.alive', query, operator: 'lt', threshold: 1, granularitySeconds }
// Told again and again while it lasts, as is the default; of a host that is well nothing is told then.
const wishes = { alarmTemplate: { gnocchi, repeatActions: true }, more: deaf }

scenarioUnless(await lackOfGnocchi(), 'x', 'a metric in Gnocchi tells of a dead host', wishes, async world => {
  const monitor = await measureInGnocchi(await world.lab.env(), usualHosts)
  try {
    await playMeasured(world, monitor, 0)
  } finally {
    await monitor.stop()
  }
})
