/** The first WebGL context of a browser takes long, and whoever asks for it waits: here nobody does. */
new OffscreenCanvas(1, 1).getContext('webgl2')
self.postMessage(null)
