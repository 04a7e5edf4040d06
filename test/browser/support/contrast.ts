/**
 * A script for the page: the texts whose contrast with what is behind them is below what WCAG asks for at level AA, with their ratio.
 * Texts of controls that are disabled need none.
 */
export const POOR_CONTRAST = `(() => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = colour
    context.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)]
  const behind = (element) => {
    const layers = []
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor))
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255])
  }
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const poor = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (element.closest(':disabled, [aria-disabled=true], .unseen, noscript')) continue
    const background = behind(element)
    const colours = [over(rgba(getComputedStyle(element).color), background), background].map(light).sort((a, b) => b - a)
    const ratio = (colours[0] + 0.05) / (colours[1] + 0.05)
    if (ratio < 4.5) poor.push(node.data.trim().slice(0, 40) + ' (' + element.className + '): ' + ratio.toFixed(2))
  }
  return poor
})()`
