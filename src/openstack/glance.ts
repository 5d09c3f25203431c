import { CloudError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import { bases } from './access/catalog.ts'
import { type Access, createService } from './service.ts'

const requestsMax = 4
/** What every image has; the rest are its properties. */
const ownFields = new Set(
  (
    'id name status visibility container_format disk_format size virtual_size min_disk min_ram tags created_at updated_at ' +
    'checksum os_hash_algo os_hash_value owner protected file self schema locations direct_url stores'
  ).split(' ')
)

/** The properties of images, as text. */
export function createGlance(access: Access): {
  imageProperties(images: readonly string[], signal?: AbortSignal): Promise<Map<string, Record<string, string>>>
} {
  const service = createService({ name: 'Glance', types: ['image'], base: bases.glance }, access)
  return {
    async imageProperties(images, signal) {
      if ((await service.endpoint(signal)) === undefined)
        throw new CloudError(
          'refused',
          'the catalog has no image service, and an instance rule looks at image.properties'
        )
      const read = await inParallel(images, requestsMax, async id => {
        try {
          const { body } = await service.get<Record<string, unknown>>(`/images/${encodeURIComponent(id)}`, { signal })
          return [[id, propertiesOf(body)] as const]
        } catch (error) {
          // It may be gone while servers made of it live on.
          if (error instanceof CloudError && error.code === 'not-found') return []
          throw error
        }
      })
      return new Map(read.flat())
    }
  }
}

function propertiesOf(image: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(image).flatMap(([name, value]): [string, string][] =>
      ownFields.has(name) || typeof value === 'object' ? [] : [[name, String(value)]]
    )
  )
}
