import { expect, test } from '@jest/globals'
import { minimal, mistakesOf, parse } from './files.ts'

const alarms = (template: object) => ({
  alarms: { url: 'https://switchover.example:8787', token: 'aodh', template }
})

const metric = { metric: 'host.alive', operator: 'lt', threshold: 1 }

test('an alarm has a name, a weight and a repetition, if nothing else is wanted', () => {
  expect(parse(minimal(alarms({ event: {} }))).alarms?.template).toEqual({
    name: 'host-down-{host}',
    severity: 'critical',
    repeatActions: true,
    event: { type: 'compute.host.down', trait: 'host' }
  })
  const { gnocchi } =
    parse(minimal(alarms({ gnocchi: { ...metric, query: '{"=": {"host": "{host}"}}' } }))).alarms?.template ?? {}
  expect(gnocchi).toMatchObject({ resourceType: 'nova_compute', aggregation: 'mean', periods: 1 })
})

test.each([
  [{}, ['alarms.template: must have exactly one of event, gnocchi, prometheus']],
  [
    { event: {}, prometheus: { query: '{host}', operator: 'lt', threshold: 1 } },
    ['alarms.template: must have exactly one of event, gnocchi, prometheus']
  ],
  [{ gnocchi: metric }, [expect.stringMatching(/^alarms.template.gnocchi.query: is missing/)]],
  [{ gnocchi: { ...metric, query: '{host}' } }, ['alarms.template.gnocchi.query: must be JSON text']],
  [
    { event: {}, name: 'the same for all' },
    ['alarms.template.name: must be like "host-down-{host}": {host} stands for the service host']
  ]
])('a template of alarms that is %j is refused', (template, mistakes) => {
  expect(mistakesOf(minimal(alarms(template)))).toEqual(mistakes)
})

test('the token of the alarms is one of those that may deliver alarms', () => {
  const file = minimal({ alarms: { url: 'http://here', token: 'oadh', template: { event: {} } } })
  expect(mistakesOf(file)).toEqual(['alarms.token: auth.alarms.tokens has no oadh (did you mean "aodh"?)'])
})
