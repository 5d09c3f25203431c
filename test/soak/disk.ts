import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small file system of its own. */
export interface Disk {
  readonly folder: string
  /** As after a power cut: what had not reached the disk is lost. ext4 only. */
  cutPower(): void
  /** As at the next start of the machine. */
  mountAgain(): void
  close(): void
}

/** Takes root and mount(8); throws what is lacking. */
export function openTmpfs(mebibytes: number): Disk {
  const { folder, remove } = emptyFolder()
  run('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder)
  return {
    folder,
    cutPower: () => undefined,
    mountAgain: () => undefined,
    close() {
      run('umount', '--lazy', folder)
      remove()
    }
  }
}

/** In a file, by way of a loop device. Takes root, mkfs.ext4 and python3; throws what is lacking. */
export function openExt4(mebibytes: number): Disk {
  const { folder, remove, image } = emptyFolder()
  run('truncate', '--size', `${mebibytes}M`, image)
  run('mkfs.ext4', '-q', '-F', image)
  const mount = () => run('mount', '-o', 'loop', image, folder)
  mount()
  return {
    folder,
    cutPower: () => run('python3', '-c', shutdown, folder),
    mountAgain() {
      run('umount', folder)
      mount()
    },
    close() {
      run('umount', '--lazy', folder)
      remove()
    }
  }
}

/** EXT4_IOC_SHUTDOWN with NOLOGFLUSH: not even the journal is written any more. */
const shutdown = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
`

function emptyFolder() {
  const base = mkdtempSync(join(tmpdir(), 'switchover-disk-'))
  const folder = join(base, 'disk')
  mkdirSync(folder)
  return { folder, image: join(base, 'image'), remove: () => rmSync(base, { recursive: true, force: true }) }
}

function run(command: string, ...words: string[]): void {
  try {
    execFileSync(command, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    throw new Error(`this soak needs root and a machine that lets it mount: ${command} ${words.join(' ')} failed`, {
      cause: error
    })
  }
}
