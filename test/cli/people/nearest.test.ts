import { expect, test } from '@jest/globals'
import { nearest } from '../../../src/cli/people/nearest.ts'

const names = ['compute-01', 'compute-02', 'storage-11']

test.each([
  ['compute-1', 'compute-01'],
  ['comptue-02', 'compute-02'],
  ['storage-1', 'storage-11'],
  ['compute-03', undefined],
  ['node-7', undefined],
  ['', undefined]
])('%j may mean %j', (name, meant) => {
  expect(nearest(name, names)).toBe(meant)
})
