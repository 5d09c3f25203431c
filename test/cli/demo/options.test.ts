import { expect, test } from '@jest/globals'
import { demoOptions } from '../../../src/cli/demo/options.ts'

const usual = { servers: '40', seed: '7' }

test('there are six hosts, and nine to play with', () => {
  expect(demoOptions(usual)).toEqual({ hosts: 6, servers: 40, seed: 7, serve: false, plain: false })
  expect(demoOptions({ ...usual, serve: true })).toMatchObject({ hosts: 9, serve: true })
  expect(demoOptions({ ...usual, serve: true, hosts: '4' })).toMatchObject({ hosts: 4 })
})

test('what the command line says wrongly is told all at once', () => {
  const wrong = { servers: 'many', seed: '-1', hosts: '1', port: '0x50', serve: true, capture: 'x.svg' }
  expect(() => demoOptions(wrong)).toThrow(
    [
      'demo:',
      '  --hosts must be a whole number from 2 to 500',
      '  --servers must be a whole number from 1 to 20000',
      '  --seed must be a whole number from 0 to 2147483648',
      '  --port must be a whole number from 1 to 65535',
      '  --capture is for a demo that ends: leave --serve out'
    ].join('\n')
  )
})
