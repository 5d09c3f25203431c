import type { ContractCase } from '../contract-case.ts'
import { shapeOf } from '../steps/shape.ts'

export const keystone: readonly ContractCase[] = [
  {
    name: 'shapes-of-keystone',
    asks: 'What does a token say, and where are the services?',
    async play(stage) {
      const env = await stage.lab.env()
      const domain = { name: env.OS_USER_DOMAIN_NAME }
      const user = { name: env.OS_USERNAME, password: env.OS_PASSWORD, domain }
      const auth = {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: env.OS_PROJECT_NAME, domain } }
      }
      const issued = await stage.call('POST', '/auth/tokens', { of: 'keystone', body: { auth } })
      const subject = issued.headers.get('x-subject-token')!
      const { token } = issued.body as { token: { catalog: { type: string; endpoints: { interface: string }[] }[] } }
      const wanted = token.catalog.filter(({ type }) => ['compute', 'placement', 'identity', 'alarming'].includes(type))
      stage.note('a token is issued', {
        code: issued.code,
        shape: shapeOf({ ...token, catalog: wanted }),
        types: wanted.map(({ type }) => type).sort(),
        interfaces: [...new Set(wanted.flatMap(({ endpoints }) => endpoints.map(of => of.interface)))].sort()
      })
      const seen = await stage.call('GET', '/auth/tokens?nocatalog', {
        of: 'keystone',
        headers: { 'x-subject-token': subject }
      })
      stage.note('it is looked at', { code: seen.code, shape: shapeOf(seen.body) })
      const revoked = await stage.call('DELETE', '/auth/tokens', {
        of: 'keystone',
        headers: { 'x-subject-token': subject }
      })
      stage.note('it is revoked', { code: revoked.code })
      const after = await stage.call('GET', '/auth/tokens', {
        of: 'keystone',
        headers: { 'x-subject-token': subject }
      })
      stage.note('it is looked at again', { code: after.code, shape: shapeOf(after.body) })
    }
  }
]
