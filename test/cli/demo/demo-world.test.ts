import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { demoWorld } from '../../../src/cli/demo/demo-world.ts'
import type { ServerSpec } from '../../../src/emulator/model/spec.ts'

const choices = fc.record({
  hosts: fc.integer({ min: 2, max: 40 }),
  servers: fc.integer({ min: 1, max: 400 }),
  seed: fc.nat(),
  serve: fc.boolean()
})

const serversOn = (world: ReturnType<typeof demoWorld>, host: string) =>
  (world.spec.hosts[host]?.servers ?? []) as readonly ServerSpec[]

test('the same seed gives the same cloud, another one another', () => {
  const choice = { hosts: 6, servers: 40, serve: false }
  expect(demoWorld({ ...choice, seed: 7 })).toEqual(demoWorld({ ...choice, seed: 7 }))
  expect(demoWorld({ ...choice, seed: 8 })).not.toEqual(demoWorld({ ...choice, seed: 7 }))
})

test('hosts and servers are as many as asked for, all servers have names of their own, and spares are empty', () => {
  fc.assert(
    fc.property(choices, choice => {
      const world = demoWorld(choice)
      expect(world.hosts.length + world.spares.length).toBe(choice.hosts)
      expect(world.spares.length).toBe(choice.serve ? Math.min(4, Math.floor(choice.hosts / 2)) : 1)
      const names = world.hosts.flatMap(host => serversOn(world, host).map(server => server.name))
      expect(new Set(names).size).toBe(choice.servers)
      for (const spare of world.spares) expect(world.spec.hosts[spare]).toMatchObject({ spare: true })
    })
  )
})

test('there is always something to recover, and a spare has room for it', () => {
  fc.assert(
    fc.property(choices, choice => {
      const world = demoWorld(choice)
      const servers = serversOn(world, world.victim)
      expect(world.hosts).toContain(world.victim)
      expect(servers.length).toBeGreaterThan(0)
      const room = world.spec.hosts[world.spares[0] ?? '']?.capacity?.VCPU ?? 0
      expect(servers.reduce((sum, { need }) => sum + (need?.VCPU ?? 0), 0)).toBeLessThanOrEqual(room)
    })
  )
})
