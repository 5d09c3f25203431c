import type { VolumeAttachment } from '../core/inventory.ts'
import { inParallel } from '../in-parallel.ts'
import { bases } from './access/catalog.ts'
import { type Access, createService, listOf, type Service } from './service.ts'

interface AttachmentRow {
  readonly id: string
  readonly status?: string
  readonly volume_id?: string
  readonly instance?: string | null
}

interface VolumeRow {
  readonly attachments?: readonly { readonly attachment_id?: string; readonly host_name?: string | null }[]
}

/** Attachments as records of their own exist from 3.27 on. */
const version = { headers: { 'openstack-api-version': 'volume 3.27' } }
const types = ['block-storage', 'volumev3', 'volumev2', 'volume', 'block-store']
const requestsMax = 4

/** The volume attachments of a server; undefined when the cloud has no Cinder. */
export function createCinder(access: Access): {
  attachmentsOf(server: string, signal?: AbortSignal): Promise<VolumeAttachment[] | undefined>
} {
  const service = createService({ name: 'Cinder', types, base: bases.cinder }, access)
  return {
    async attachmentsOf(server, signal) {
      if ((await service.endpoint(signal)) === undefined) return undefined
      const query = { all_tenants: 'true', instance_id: server }
      const { body } = await service.get('/attachments', { ...version, query, signal })
      const rows = listOf<AttachmentRow>('Cinder', body, 'attachments').filter(row => row.instance === server)
      const volumes = [...new Set(rows.map(row => row.volume_id ?? ''))].filter(id => id !== '')
      const hosts = new Map((await inParallel(volumes, requestsMax, id => readHosts(service, id, signal))).flat())
      return rows.map(row => attachmentOf(row, server, hosts.get(row.id)))
    }
  }
}

/** The host of each attachment of a volume, which only the volume itself tells. */
async function readHosts(service: Service, volume: string, signal?: AbortSignal): Promise<[string, string][]> {
  const { body } = await service.get<{ volume?: VolumeRow }>(`/volumes/${volume}`, { ...version, signal })
  return (body.volume?.attachments ?? []).flatMap(each =>
    each.attachment_id && each.host_name ? [[each.attachment_id, each.host_name] as [string, string]] : []
  )
}

function attachmentOf(row: AttachmentRow, server: string, host: string | undefined): VolumeAttachment {
  return {
    volume: row.volume_id ?? '',
    server,
    ...(host === undefined ? {} : { host }),
    attached: row.status === 'attached'
  }
}
