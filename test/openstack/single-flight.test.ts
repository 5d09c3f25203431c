import { expect, test } from '@jest/globals'
import { singleFlight } from '../../src/openstack/access/single-flight.ts'

test('whoever asks while it runs waits for the same, and gives up alone', async () => {
  let begun = 0
  const { promise, resolve } = Promise.withResolvers<string>()
  const ask = singleFlight(async () => {
    begun++
    return await promise
  })
  const impatient = new AbortController()
  const [one, two] = [ask(impatient.signal), ask()]
  impatient.abort()
  await expect(one).rejects.toMatchObject({ code: 'unreachable' })
  resolve('token')
  expect(await two).toBe('token')
  expect(begun).toBe(1)
})

test('who has given up already begins nothing, whose failure nobody would hear', async () => {
  let begun = 0
  const ask = singleFlight(async () => {
    begun++
    throw new Error('Keystone is away')
  })
  await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ code: 'unreachable' })
  expect(begun).toBe(0)
  await expect(ask()).rejects.toThrow('Keystone is away')
})
