import { expect } from '@jest/globals'
import { playLateRequest } from '../late-request.ts'
import { onPostgres } from '../replicas.ts'
import { scenario } from '../scenario.ts'

const servers = 6

scenario(
  'r',
  'an evacuation that the network held back arrives when another replica has taken over, and nothing runs twice',
  { store: onPostgres, moveTimeoutSeconds: 120 },
  async world => {
    const { view, server } = await playLateRequest('r', servers, world)
    // Nova takes a second evacuation of a server that is on its way, and its two builds get in each other's way: the server may
    // end broken, and a person is told. Its guest does not run twice: the watch over all hypervisors is the judge.
    if (view.state !== 'recovered') expect(view.hold).toMatchObject({ code: 'target' })
    const others = view.moveList.filter(move => move.server !== server)
    expect(others.map(({ state }) => state)).toEqual(others.map(() => 'arrived'))
    const running = (await world.lab.guests()).filter(line => / runs$/.test(line))
    expect(running).toHaveLength(servers)
    for (const line of running) expect(view.plan?.targets).toContain(line.split(/\s+/)[0])
  }
)
