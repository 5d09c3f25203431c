import { expect, test } from '@jest/globals'
import { loadCloud } from '../../src/openstack/clouds.ts'

const variables = {
  OS_AUTH_URL: 'https://env.example/v3',
  OS_USERNAME: 'env-user',
  OS_PASSWORD: 'env-secret',
  OS_PROJECT_NAME: 'env-project',
  OS_DEFAULT_DOMAIN: 'default'
}
const auth = 'username: u, password: p, project_name: admin, user_domain_name: Default, project_domain_name: Default'
const oneCloud = (name: string, rest = '') =>
  `clouds:\n  ${name}:\n    auth: { auth_url: https://${name}.example, ${auth} }\n${rest}`

function load(files: Record<string, string>, env: Record<string, string> = {}, cloud?: string) {
  return loadCloud({ env: { HOME: '/home/ops', ...env }, readFile: path => files[path], directory: '/run/here' }, cloud)
}

function mistakesOf(files: Record<string, string>, env: Record<string, string> = {}, cloud?: string): string {
  try {
    load(files, env, cloud)
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}

test('the file in the directory wins over the one at home, and both over /etc', () => {
  const files = {
    '/run/here/clouds.yaml': oneCloud('here'),
    '/home/ops/.config/openstack/clouds.yaml': oneCloud('home'),
    '/etc/openstack/clouds.yaml': oneCloud('etc'),
    '/opt/own.yaml': oneCloud('own')
  }
  const { '/run/here/clouds.yaml': _here, ...atHome } = files
  const { '/home/ops/.config/openstack/clouds.yaml': _home, ...inEtc } = atHome
  expect(load(files).name).toBe('here')
  expect(load(atHome).name).toBe('home')
  expect(load(inEtc).name).toBe('etc')
  expect(load(files, { OS_CLIENT_CONFIG_FILE: '/opt/own.yaml' }).name).toBe('own')
})

test('an explicit name wins over OS_CLOUD, that over OS_* variables, those over the only cloud', () => {
  const two = `${oneCloud('first')}${oneCloud('second').replace('clouds:\n', '')}`
  const files = { '/etc/openstack/clouds.yaml': two }
  expect(load(files, { ...variables, OS_CLOUD: 'first' }, 'second').name).toBe('second')
  expect(load(files, { ...variables, OS_CLOUD: 'first' }).name).toBe('first')
  expect(load(files, variables)).toMatchObject({ name: 'envvars', authUrl: 'https://env.example/v3' })
  expect(load({ '/etc/openstack/clouds.yaml': oneCloud('only') }).name).toBe('only')
  expect(mistakesOf(files)).toContain('name one of first, second')
})

test('OS_* variables are not mixed into a named cloud', () => {
  const files = { '/etc/openstack/clouds.yaml': oneCloud('named') }
  const settings = load(files, { ...variables, OS_REGION_NAME: 'elsewhere' }, 'named')
  expect(settings.region).toBeUndefined()
  expect(settings.credential).toMatchObject({ password: 'p' })
})

test('variables that only choose a file or a region make no cloud', () => {
  const files = { '/etc/openstack/clouds.yaml': oneCloud('only') }
  expect(load(files, { OS_REGION_NAME: 'r', OS_IDENTITY_API_VERSION: '3' }).name).toBe('only')
})

test('secure.yaml is laid over clouds.yaml', () => {
  const clouds = oneCloud('c').replace('password: p, ', '')
  const files = {
    '/etc/openstack/clouds.yaml': clouds,
    '/home/ops/.config/openstack/secure.yaml': 'clouds: { c: { auth: { password: from-secure } } }'
  }
  expect(load(files).credential).toMatchObject({ kind: 'password', password: 'from-secure' })
  expect(mistakesOf({ '/etc/openstack/clouds.yaml': clouds })).toContain('auth.password is missing')
})

test('a profile of clouds-public.yaml gives defaults', () => {
  const files = {
    '/etc/openstack/clouds.yaml': `clouds: { c: { profile: vendor, auth: { ${auth} } } }`,
    '/etc/openstack/clouds-public.yaml':
      'public-clouds: { vendor: { auth: { auth_url: https://vendor.example }, region_name: v1 } }'
  }
  expect(load(files)).toMatchObject({ authUrl: 'https://vendor.example', region: 'v1' })
  expect(mistakesOf({ '/etc/openstack/clouds.yaml': files['/etc/openstack/clouds.yaml'] })).toContain('has no vendor')
})

test('region, interface, overrides and hyphens in keys are understood', () => {
  const rest = `    regions: [{ name: north, values: { interface: internal } }, south]
    compute-endpoint-override: https://nova.example/v2.1
    block_storage_endpoint_override: https://cinder.example
`
  expect(load({ '/etc/openstack/clouds.yaml': oneCloud('c', rest) })).toMatchObject({
    region: 'north',
    interfaces: ['internal'],
    endpointOverrides: { compute: 'https://nova.example/v2.1', 'block-storage': 'https://cinder.example' }
  })
  expect(load({}, { ...variables, OS_ENDPOINT_TYPE: 'internalURL' }).interfaces).toEqual(['internal'])
})

test('cacert, cert and key are read, and verify: false or insecure switch checking off', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'
  const key = '-----BEGIN PRIVATE KEY-----\ny\n-----END PRIVATE KEY-----'
  const files = { '/home/ops/ca.pem': pem, '/c.pem': pem, '/k.pem': key }
  const env = { ...variables, OS_CACERT: '~/ca.pem', OS_CERT: '/c.pem', OS_KEY: '/k.pem' }
  expect(load(files, env).tls).toEqual({ verify: true, ca: pem, cert: pem, key })
  expect(load(files, { ...env, OS_INSECURE: 'True' }).tls.verify).toBe(false)
  const inFile = { '/etc/openstack/clouds.yaml': oneCloud('c', '    verify: false\n') }
  expect(load(inFile).tls.verify).toBe(false)
  expect(mistakesOf(files, { ...variables, OS_CACERT: '/none', OS_KEY: '/k.pem' })).toMatch(
    /cacert: \/none can't be read[\s\S]*cert: key needs its cert/
  )
})

test('an application credential and a token need no password, and the type is found by what is there', () => {
  const { OS_PASSWORD: _, ...rest } = variables
  const byId = { OS_AUTH_URL: 'https://k', OS_APPLICATION_CREDENTIAL_ID: 'ac', OS_APPLICATION_CREDENTIAL_SECRET: 's' }
  expect(load({}, byId)).toMatchObject({
    credential: { kind: 'application-credential', credential: { id: 'ac' }, secret: 's' }
  })
  expect(load({}, byId).scope).toBeUndefined()
  expect(load({}, { ...rest, OS_TOKEN: 't', OS_AUTH_TYPE: 'v3token' })).toMatchObject({
    credential: { kind: 'token', token: 't' },
    scope: { kind: 'project', project: { name: 'env-project', domain: { id: 'default' } } }
  })
})

test('all mistakes are named at once, with the place, and without secrets', () => {
  const yaml = 'clouds: { c: { auth: { auth_url: nonsense, username: u, password: s3cret }, interface: private } }'
  const text = mistakesOf({ '/etc/openstack/clouds.yaml': yaml })
  expect(text).toContain('/etc/openstack/clouds.yaml, cloud c')
  for (const part of [
    'auth_url: nonsense',
    'user_domain_name',
    'project_name or auth.project_id',
    'interface: private'
  ]) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain('s3cret')
})

test.each([
  ['no file and no variables', {}, {}, undefined, 'there is no clouds.yaml'],
  ['an unknown name', { '/etc/openstack/clouds.yaml': oneCloud('a') }, {}, 'b', 'clouds.yaml has a'],
  ['broken YAML', { '/etc/openstack/clouds.yaml': 'clouds: {\n  c: [s3cret' }, {}, undefined, 'is no YAML'],
  ['a missing OS_CLIENT_CONFIG_FILE', {}, { OS_CLIENT_CONFIG_FILE: '/gone' }, undefined, "/gone can't be read"],
  ['an unknown auth_type', {}, { ...variables, OS_AUTH_TYPE: 'v3kerberos' }, undefined, 'v3kerberos is not known'],
  ['an old identity API', {}, { ...variables, OS_IDENTITY_API_VERSION: '2.0' }, undefined, 'too old']
])('%s is explained', (_what, files: Record<string, string>, env: Record<string, string>, cloud, expected) => {
  const text = mistakesOf(files, env, cloud)
  expect(text).toContain(expected)
  expect(text).not.toContain('s3cret')
})

/** Files of which some are there and can't be read. */
const refusing =
  (files: Record<string, string>, ...refused: string[]) =>
  (path: string) => {
    if (refused.includes(path)) throw new Error(`EACCES: permission denied, open '${path}'`)
    return files[path]
  }

function mistakesWith(readFile: (path: string) => string | undefined, env: Record<string, string> = {}): string {
  try {
    loadCloud({ env: { HOME: '/home/ops', ...env }, readFile, directory: '/run/here' })
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}

test('a file that is there and cannot be read is said, once for a folder', () => {
  const text = mistakesWith(refusing({}, '/etc/openstack/clouds.yaml', '/etc/openstack/clouds.yml'))
  expect(text).toContain("/etc/openstack/clouds.yaml can't be read: EACCES")
  expect(text).not.toContain('there is no clouds.yaml')
  expect(text).not.toContain('clouds.yml')
  const own = mistakesWith(refusing({}, '/own.yaml'), { OS_CLIENT_CONFIG_FILE: '/own.yaml' })
  expect(own).toContain("/own.yaml can't be read: EACCES")
})

test('a file that cannot be read does not hide the next one, and a secret that is missing is traced to it', () => {
  const files = { '/etc/openstack/clouds.yaml': oneCloud('etc') }
  expect(mistakesWith(refusing(files, '/home/ops/.config/openstack/clouds.yaml'))).toBe('none')
  const open = { '/etc/openstack/clouds.yaml': oneCloud('etc').replace('password: p, ', '') }
  const text = mistakesWith(refusing(open, '/etc/openstack/secure.yaml'))
  expect(text).toContain('auth.password is missing')
  expect(text).toContain("/etc/openstack/secure.yaml can't be read: EACCES")
})

test('an authority that cannot be read is said with the reason', () => {
  const env = { ...variables, OS_CACERT: '/ca.pem' }
  expect(mistakesWith(refusing({}, '/ca.pem'), env)).toContain("cacert: /ca.pem can't be read: EACCES")
})
