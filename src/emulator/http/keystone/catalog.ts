import { uuidOf } from '../../model/ids.ts'
import { region } from './identity.ts'

/** Service type, name, and where it is below the server's address. */
const services = (project: string): readonly (readonly [string, string, string])[] => [
  ['identity', 'keystone', '/identity/v3'],
  ['compute', 'nova', '/compute/v2.1'],
  ['placement', 'placement', '/placement'],
  ['network', 'neutron', '/network'],
  ['volumev3', 'cinder', `/volume/v3/${project}`],
  ['block-storage', 'cinder', `/volume/v3/${project}`],
  ['image', 'glance', '/image'],
  ['alarming', 'aodh', '/alarm'],
  ['alarm', 'aodh', '/alarm']
]

export function catalogFor(url: string, project: string): object[] {
  return services(project).map(([type, name, path]) => ({
    id: uuidOf(`catalog/${type}`),
    type,
    name,
    endpoints: ['public', 'internal', 'admin'].map(each => ({
      id: uuidOf(`catalog/${type}/${each}`),
      interface: each,
      region,
      region_id: region,
      url: url + path
    }))
  }))
}
