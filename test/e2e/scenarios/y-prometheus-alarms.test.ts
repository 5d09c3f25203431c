import { expect } from '@jest/globals'
import { deaf, playMeasured } from '../alarms/measured.ts'
import { lackOfPrometheus, measureInPrometheus } from '../alarms/prometheus.ts'
import { scenarioUnless } from '../scenario.ts'
import { usualHosts } from '../service-config.ts'

const prometheus = { query: 'up{job="node", instance="{host}:9100"}', operator: 'lt', threshold: 1 }
// Told once, and when it is well again: so each host when Aodh first finds it well.
const wishes = { alarmTemplate: { prometheus, repeatActions: false }, more: deaf }

scenarioUnless(lackOfPrometheus(), 'y', 'Prometheus tells of a dead host', wishes, async world => {
  const monitor = await measureInPrometheus(world.lab, usualHosts)
  try {
    await playMeasured(world, monitor, 1)
    const asked = usualHosts.map(host => `up{job="node", instance="${host}:9100"}`)
    expect(monitor.asked().toSorted()).toEqual(asked)
  } finally {
    await monitor.stop()
  }
})
