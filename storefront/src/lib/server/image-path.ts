/** Paths of images, which the storefront forwards to the API. */

const FOLDER = '/media/';

/**
 * The path of an image within the API's folder of images, still encoded, since a name may contain an encoded slash.
 * @returns undefined for a path that would leave the folder
 */
export function imagePath(pathname: string): string | undefined {
  const path = pathname.slice(FOLDER.length);
  try {
    const names = path.split('/').map(decodeURIComponent);
    const parts = names.flatMap((name) => name.split(/[/\\]/));
    return parts.some((part) => part === '..' || part === '.') || names.includes('') ? undefined : path;
  } catch {
    return undefined;
  }
}
