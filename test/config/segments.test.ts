import { expect, test } from '@jest/globals'
import { minimal, mistakesOf, segment } from './files.ts'

test.each([
  [
    'two segments of one name',
    { segments: [segment(), segment({ hosts: { aggregate: 'b' }, spares: { names: ['x'] } })] },
    'segments[1].name (rack-a): "rack-a" is taken already'
  ],
  [
    'a host that is to be its own spare',
    { segments: [segment({ spares: { names: ['compute-01'] } })] },
    'segments[0].spares.names[0] (rack-a): compute-01 stands in hosts.names too; it is the one or the other'
  ],
  [
    'a host of two segments',
    { segments: [segment(), segment({ name: 'b', spares: { names: ['x'] } })] },
    'segments[1].hosts.names[0] (b): host compute-01 belongs to segment rack-a already'
  ],
  [
    'a spare of two segments',
    { segments: [segment(), segment({ name: 'b', hosts: { aggregate: 'b' } })] },
    'segments[1].spares.names[0] (b): host compute-09 belongs to segment rack-a already'
  ],
  [
    'local storage and no word on its loss',
    { segments: [segment({ storage: 'local' })] },
    'segments[0].allowLocalDiskLoss (rack-a): must be written out with storage: local; true loses local disks, false leaves such servers where they are'
  ],
  [
    'no spares where they are needed',
    { segments: [segment({ spares: undefined })] },
    'segments[0].spares (rack-a): is missing; the method reserved_host needs spares'
  ]
])('%s is refused', (_what, more, mistake) => {
  expect(mistakesOf(minimal(more))).toEqual([mistake])
})
