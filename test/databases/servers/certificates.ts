import { join } from 'node:path'
import { demand, runAs } from './processes.ts'

/** Makes an authority (`ca.pem`) and a server's certificate for 127.0.0.1 (`cert.pem`, `key.pem`) in `folder`, as `user`. */
export function makeCertificates(user: string, folder: string): { ca: string; cert: string; key: string } {
  const openssl = demand('/usr/bin/openssl', 'openssl')
  const request = [openssl, 'req', '-newkey', 'rsa:2048', '-nodes', '-x509', '-days', '2']
  runAs(user, folder, [...request, '-subj', '/CN=authority of the test', '-keyout', 'ca-key.pem', '-out', 'ca.pem'])
  runAs(user, folder, [
    ...request,
    ...['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-subj', '/CN=database', '-keyout', 'key.pem', '-out', 'cert.pem']
  ])
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
}
