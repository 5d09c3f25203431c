import { randomBytes } from 'node:crypto'
import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import { bmcFacts } from '../../machines/bmc-facts.ts'
import { powerStateOf, type ResetType, resetPower, resetTypes } from '../../model/bmc.ts'
import { noteDeed } from '../../model/oracle.ts'
import { Refusal } from '../../model/refusal.ts'
import type { ModelHost } from '../../model/world.ts'
import type { Face } from '../face.ts'
import { answerFaults, faultBodies } from '../faults.ts'

const systemPath = '/redfish/v1/Systems/1'
const sessionsPath = '/redfish/v1/SessionService/Sessions'
const sessionsMax = 16

/** The BMC of each host, below /bmc/HOST; links are written as if the BMC had an address of its own, which it has. */
export const redfishRoutes: FastifyPluginCallback<{ face: Face }> = (app, { face }, done) => {
  const { world } = face
  const sessions = new Map<string, Map<string, string>>()
  answerFaults(app, faultBodies.redfish)
  const hostOf = (request: FastifyRequest): ModelHost => {
    const { host: name } = request.params as { host: string }
    const host = world.hosts.get(name)
    if (host === undefined) throw new Refusal(404, `There is no host ${name}`)
    return host
  }
  const sessionsOf = (host: ModelHost): Map<string, string> => {
    const known = sessions.get(host.name) ?? new Map<string, string>()
    sessions.set(host.name, known)
    return known
  }

  app.addHook('preHandler', async (request, reply) => {
    const host = hostOf(request)
    const { mode, slowMs, errorRate } = host.bmc
    // Packets vanish: whoever asks waits until he gives up.
    if (mode === 'unreachable') await new Promise(() => undefined)
    await world.clock.sleep(slowMs)
    if (Math.random() < errorRate) throw new Refusal(503, 'The service is temporarily unavailable.')
    reply.header('odata-version', '4.0')
    const isOpen =
      /\/redfish(\/v1\/?)?$/.test(request.url) || (request.method === 'POST' && request.url.endsWith(sessionsPath))
    if (!isOpen) authenticate(host, request, sessionsOf(host))
  })

  app.get('/:host/redfish/v1', request => rootOf(hostOf(request)))
  app.get('/:host/redfish/v1/', request => rootOf(hostOf(request)))
  app.post<{ Body: { UserName?: string; Password?: string } }>(`/:host${sessionsPath}`, (request, reply) => {
    const host = hostOf(request)
    const { user, password } = bmcFacts(host.name)
    const given = request.body ?? {}
    if (host.bmc.wrongPassword || given.UserName !== user || given.Password !== password) {
      throw new Refusal(401, 'The user name or the password is wrong.')
    }
    const open = sessionsOf(host)
    if (open.size >= sessionsMax) throw new Refusal(503, 'There are too many sessions.')
    const [token, name] = [randomBytes(16).toString('hex'), randomBytes(4).toString('hex')]
    open.set(token, name)
    reply.code(201).header('x-auth-token', token).header('location', `${sessionsPath}/${name}`)
    return reply.send({ '@odata.id': `${sessionsPath}/${name}`, Id: name, Name: 'User Session', UserName: user })
  })
  app.delete<{ Params: { name: string } }>(`/:host${sessionsPath}/:name`, (request, reply) => {
    const open = sessionsOf(hostOf(request))
    for (const [token, name] of open) if (name === request.params.name) open.delete(token)
    return reply.code(204).send()
  })
  app.get('/:host/redfish/v1/Systems', () => ({
    '@odata.id': '/redfish/v1/Systems',
    Name: 'ComputerSystem Collection',
    'Members@odata.count': 1,
    Members: [{ '@odata.id': systemPath }]
  }))
  app.get(`/:host${systemPath}`, request => systemOf(hostOf(request)))
  app.post<{ Body: { ResetType?: string } }>(`/:host${systemPath}/Actions/ComputerSystem.Reset`, (request, reply) => {
    const host = hostOf(request)
    const type = resetTypes.find(each => each === request.body?.ResetType)
    if (type === undefined) throw new Refusal(400, `ResetType is not one of ${resetTypes.join(', ')}.`)
    reset(host, type)
    return reply.code(204).send()
  })
  const reset = (host: ModelHost, type: ResetType): void => {
    if (type === 'ForceOff') noteDeed(world, { kind: 'powerOff', on: host.name })
    if (type !== 'On' && host.bmc.failFirst > 0) {
      host.bmc.failFirst--
      throw new Refusal(503, 'The service is temporarily unavailable.')
    }
    resetPower(world, host, type)
  }
  done()
}

function authenticate(host: ModelHost, request: FastifyRequest, open: ReadonlyMap<string, string>): void {
  const { user, password } = bmcFacts(host.name)
  const { 'x-auth-token': token, authorization } = request.headers
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const isKnown = (typeof token === 'string' && open.has(token)) || authorization === basic
  if (host.bmc.wrongPassword || !isKnown) throw new Refusal(401, 'There is no valid session with the service.')
}

function rootOf(host: ModelHost): object {
  return {
    '@odata.id': '/redfish/v1/',
    Id: 'RootService',
    Name: 'Root Service',
    RedfishVersion: '1.11.0',
    UUID: bmcFacts(host.name).uuid,
    Systems: { '@odata.id': '/redfish/v1/Systems' },
    SessionService: { '@odata.id': '/redfish/v1/SessionService' },
    Links: { Sessions: { '@odata.id': sessionsPath } }
  }
}

function systemOf(host: ModelHost): object {
  const facts = bmcFacts(host.bmc.mode === 'otherMachine' ? `${host.name}-other` : host.name)
  const uuid = host.bmc.identity ?? facts.uuid
  return {
    '@odata.id': systemPath,
    Id: '1',
    Name: 'System',
    SystemType: 'Physical',
    UUID: uuid,
    SerialNumber: `EMU${uuid.slice(0, 8).toUpperCase()}`,
    PowerState: powerStateOf(host),
    Status: { State: 'Enabled', Health: 'OK' },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${systemPath}/Actions/ComputerSystem.Reset`,
        'ResetType@Redfish.AllowableValues': resetTypes
      }
    }
  }
}
