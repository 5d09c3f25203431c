/** Keystone's list of services, as it comes with a token. */
export type Catalog = readonly CatalogEntry[]

export interface CatalogEntry {
  readonly type?: string
  readonly endpoints?: readonly {
    readonly interface?: string
    readonly region_id?: string | null
    readonly region?: string | null
    readonly url?: string
  }[]
}

export interface Wanted {
  /** The service type and its aliases, the best first. */
  readonly types: readonly string[]
  /** public, internal or admin; the first that exists wins. */
  readonly interfaces: readonly string[]
  readonly region: string | undefined
}

/** The URL of a service; undefined when the catalog has none for the wanted interface and region. */
export function findEndpoint(catalog: Catalog, wanted: Wanted): string | undefined {
  for (const type of wanted.types) {
    for (const name of wanted.interfaces) {
      for (const entry of catalog) {
        if (entry.type !== type) continue
        const endpoint = entry.endpoints?.find(
          each =>
            each.interface?.replace(/URL$/, '') === name &&
            (wanted.region === undefined || (each.region_id ?? each.region) === wanted.region)
        )
        if (endpoint?.url !== undefined) return endpoint.url
      }
    }
  }
  return undefined
}

/** Regions that the catalog has, for the message that the configured one is not among them. */
export function regionsOf(catalog: Catalog): string[] {
  const regions = catalog.flatMap(entry => entry.endpoints ?? []).map(each => each.region_id ?? each.region ?? '')
  return [...new Set(regions)].filter(region => region !== '').sort()
}

/** Catalog URLs may or may not carry a version and a project; these bring each to the form that our paths are made for. */
export const bases = {
  nova: (url: string) => `${cut(url, /\/v2(\.\d+)?(\/.*)?$/)}/v2.1`,
  placement: (url: string) => cut(url, /\/+$/),
  aodh: (url: string) => `${cut(url, /\/v2$/)}/v2`,
  neutron: (url: string) => `${cut(url, /\/v2(\.0)?$/)}/v2.0`,
  gnocchi: (url: string) => `${cut(url, /\/v1$/)}/v1`,
  cinder: (url: string, project: string) => `${cut(url, /\/v[23](\/.*)?$/)}/v3/${project}`,
  glance: (url: string) => `${cut(url, /\/v2(\.\d+)?$/)}/v2`,
  keystone: (url: string) => `${cut(url, /\/v(2\.0|3)$/)}/v3`
} as const

function cut(url: string, version: RegExp): string {
  return url.replace(/\/+$/, '').replace(version, '').replace(/\/+$/, '')
}
