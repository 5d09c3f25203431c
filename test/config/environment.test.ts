import { expect, test } from '@jest/globals'
import { minimal, mistakesOf, parse } from './files.ts'

test('an environment variable that is not set is named with the place that wants it', () => {
  const file = minimal({ notify: [{ url: 'https://hook.example/x', secret: '${HOOK}' }], cloud: { name: '${CLOUD}' } })
  expect(mistakesOf(file, {})).toEqual([
    'notify[0].secret: the environment variable HOOK is not set',
    'cloud.name: the environment variable CLOUD is not set'
  ])
})

test('the environment may hold numbers, parts of texts, and anything that looks like YAML', () => {
  const file = minimal({
    listen: { port: '${PORT}', host: '${A}.${B}' },
    armed: '${ARMED}',
    cloud: { name: '${CLOUD}' }
  })
  const config = parse(file, { PORT: '9000', A: 'a', B: 'b', ARMED: 'true', CLOUD: '"x": [1]\n# $${no}' })
  expect(config.listen).toEqual({ port: 9000, host: 'a.b' })
  expect(config.armed).toBe(true)
  expect(config.cloud).toBe('"x": [1]\n# $${no}')
  expect(mistakesOf(file, { PORT: 'nine', A: 'a', B: 'b', ARMED: 'no', CLOUD: 'c' })).toEqual([
    'listen.port: must be a whole number',
    'armed: must be true or false'
  ])
})

test('a dollar is doubled to be kept', () => {
  expect(parse(minimal({ cloud: { name: 'a$${B}c' } })).cloud).toBe('a${B}c')
})

test('a variable whose brace is not closed is refused', () => {
  expect(mistakesOf(minimal({ cloud: { name: 'my-${CLOUD' } }))).toEqual([
    'cloud.name: after ${ must come the name of an environment variable and }; to have ${ itself, write $${'
  ])
})
