/** Pictures that every browser draws, and the server makes small ones of. */
const PICTURES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);

/** @param {{type: string}} file */
export const isPicture = ({ type }) => PICTURES.has(type);

/** How large a picture is when it is shown. Nothing for what is none. @param {string} url @returns {Promise<{width?: number, height?: number}>} */
export async function measure(url) {
  const image = new Image();
  const loaded = new Promise((resolve) => {
    image.addEventListener("load", resolve);
    image.addEventListener("error", resolve);
  });
  image.src = url;
  await loaded;
  const { naturalWidth: width, naturalHeight: height } = image;
  return width > 0 && height > 0 ? { width, height } : {};
}
