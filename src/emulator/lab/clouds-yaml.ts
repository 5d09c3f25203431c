import { labPassword, region } from '../http/keystone/identity.ts'

/** The entry `lab` of a clouds.yaml; `url` is the emulator's. */
export function cloudsYaml(url: string): string {
  return `clouds:
  lab:
    auth:
      auth_url: ${url}/identity/v3
      username: admin
      password: ${labPassword}
      project_name: admin
      user_domain_name: Default
      project_domain_name: Default
    region_name: ${region}
    interface: public
    identity_api_version: 3
`
}

/** What `lab env` prints. */
export function environment(url: string): Record<string, string> {
  return {
    OS_AUTH_URL: `${url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_AUTH_TYPE: 'password',
    OS_USERNAME: 'admin',
    OS_PASSWORD: labPassword,
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: region,
    OS_INTERFACE: 'public',
    OS_COMPUTE_API_VERSION: '2.92',
    OS_PLACEMENT_API_VERSION: '1.39',
    LAB_KEYSTONE_URL: `${url}/identity/v3`,
    LAB_NOVA_URL: `${url}/compute/v2.1`,
    LAB_PLACEMENT_URL: `${url}/placement`,
    LAB_GLANCE_URL: `${url}/image`,
    LAB_NEUTRON_URL: `${url}/network`,
    LAB_AODH_URL: `${url}/alarm`,
    LAB_CINDER_URL: `${url}/volume`
  }
}
