// Finds codes in pictures from the camera, in a thread of its own. Its answer alone allows WebAssembly (web/headers.py).
importScripts("zxing_reader.js");

const prepared = { locateFile: () => new URL("zxing_reader.wasm", self.location).href };
const wanted = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryInvert: true, tryHarder: true, tryRotate: true };

self.addEventListener("message", async (event) => {
  try {
    await ZXingWASM.prepareZXingModule({ overrides: prepared, fireImmediately: true });
    if (!event.data) { self.postMessage({ ready: true }); return; }
    const [found] = await ZXingWASM.readBarcodes(event.data, wanted);
    self.postMessage({ text: found && found.isValid ? found.text : "" });
  } catch {
    self.postMessage({ failed: true });
  }
});
