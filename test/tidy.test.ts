import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..')
const generated = 'schemas/'
const adapters = ['openstack', 'fencing', 'store', 'evidence', 'notify', 'emulator']
const open = ['clock', 'errors', 'in-parallel', 'new-id', 'run-program']

/** Folder (or top-level file) of src → what else of src it may import. Not named here: only itself. main and cli know everybody. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  clock: [],
  errors: [],
  'in-parallel': [],
  'new-id': [],
  'run-program': ['errors'],
  'store-url': ['errors'],
  schemas: [],
  config: ['schemas', 'errors', 'store-url', 'core', 'controller'],
  controller: ['core', ...open],
  http: ['controller', 'core', 'schemas', ...open],
  dashboard: ['schemas'],
  ...Object.fromEntries(
    adapters.map(adapter => [adapter, ['controller', 'core', ...(adapter === 'store' ? ['store-url'] : []), ...open]])
  )
}

/** Packages that only these parts may know, so that each can be replaced in one place. */
const owners: Record<string, readonly string[]> = {
  fastify: ['http', 'emulator'],
  got: ['openstack', 'fencing', 'notify'],
  kysely: ['store'],
  'node:sqlite': ['store'],
  'prom-client': ['http'],
  commander: ['main', 'cli'],
  yaml: ['config', 'openstack'],
  mysql2: ['store'],
  pg: ['store'],
  tarn: ['store'],
  '@bufbuild/cel': ['core']
}

/** "At most about 200". */
const linesMax = 210
/** What adapters may know of the controller: types alone. service.ts has the shape in which their state is shown. */
const portFiles = ['controller/ports/ports.ts', 'controller/ports/store-port.ts', 'controller/service/service.ts']

interface Source {
  readonly file: string
  readonly part: string
  readonly text: string
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[]
}

const partOf = (file: string) => file.split('/')[0]!.replace(/\.ts$/, '')

const sources: Source[] = globSync('**/*.ts', { cwd: join(root, 'src') })
  .filter(file => !file.startsWith(generated))
  .map(file => {
    const text = readFileSync(join(root, 'src', file), 'utf8')
    const found = text.matchAll(
      /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
    )
    const imports = [...found].map(match => ({
      from: match[2] ?? match[3] ?? match[4] ?? '',
      typeOnly: match[1] !== undefined
    }))
    return { file, part: partOf(file), text, imports }
  })

/** One line for each import that `objection` refuses. */
function refusedImports(
  objection: (source: Source, imported: Source['imports'][number]) => string | undefined
): string[] {
  return sources.flatMap(source =>
    source.imports.flatMap(imported => {
      const because = objection(source, imported)
      return because === undefined ? [] : [`${source.file} imports ${imported.from}: ${because}`]
    })
  )
}

/** The path below src of a relative import. */
const targetOf = (source: Source, from: string) =>
  relative(join(root, 'src'), join(root, 'src', dirname(source.file), from))

const isComposition = (part: string) => part === 'main' || part === 'cli'

test('there is something to check', () => {
  expect(sources.length).toBeGreaterThan(10)
  expect(sources.flatMap(source => source.imports).length).toBeGreaterThan(20)
})

test('imports point inward', () => {
  const refused = refusedImports((source, { from }) => {
    if (!from.startsWith('.') || isComposition(source.part)) return undefined
    const target = targetOf(source, from)
    // The JSON schemas lie outside src; the contract may be read where requests and configuration are checked.
    if (target.startsWith('../schemas/'))
      return ['http', 'config'].includes(source.part) ? undefined : 'schemas are for http and config'
    const part = partOf(target)
    if (part === source.part || mayImport[source.part]?.includes(part)) return undefined
    return `${source.part} may not know ${part}`
  })
  expect(refused).toEqual([])
})

test('adapters know of the controller nothing but the types of its ports', () => {
  const refused = refusedImports((source, { from, typeOnly }) => {
    if (!adapters.includes(source.part) || !from.startsWith('.')) return undefined
    const target = targetOf(source, from)
    if (partOf(target) !== 'controller') return undefined
    return portFiles.includes(target) && typeOnly ? undefined : `only types of ${portFiles.join(', ')}`
  })
  expect(refused).toEqual([])
})

test('the core knows no runtime, and the packages have their owners', () => {
  const refused = refusedImports((source, { from }) => {
    if (from.startsWith('.')) return undefined
    if (source.part === 'core' && !from.startsWith('@bufbuild/cel')) return 'the core is pure'
    const owner = Object.entries(owners).find(([name]) => from === name || from.startsWith(`${name}/`))
    if (owner === undefined || owner[1].includes(source.part) || isComposition(source.part)) return undefined
    return `only ${owner[1].join(', ')} may`
  })
  expect(refused).toEqual([])
})

test('the core and the controller have no clock and no chance of their own', () => {
  const offenders = sources
    .filter(
      ({ part, text }) =>
        ['core', 'controller'].includes(part) &&
        /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bset(Timeout|Interval)\(/.test(text)
    )
    .map(({ file }) => file)
  expect(offenders).toEqual([])
})

test('only the configuration and the composition root read the environment', () => {
  const offenders = sources
    .filter(({ part, text }) => text.includes('process.env') && part !== 'config' && !isComposition(part))
    .map(({ file }) => file)
  expect(offenders).toEqual([])
})

test('files are short', () => {
  const long = sources
    .map(({ file, text }) => ({ file, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > linesMax)
  expect(long).toEqual([])
})

test('nothing is left for later and nothing is exported without a name', () => {
  const offenders = sources
    .filter(({ text }) => /\b(TODO|FIXME|XXX)\b|^export default\b/m.test(text))
    .map(({ file }) => file)
  expect(offenders).toEqual([])
})

test('files have the names of what they are', () => {
  expect(sources.map(({ file }) => file).filter(file => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(file))).toEqual([])
})
