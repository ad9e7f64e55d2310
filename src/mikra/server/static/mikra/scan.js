// The camera in place of a file: what it reads goes into the box as text, and the form is sent as by hand.
// Without script or camera the button is not there; file and paste do the same.
(() => {
  "use strict";
  const SIDE = 1024; // pixels of the longer side that are looked at
  const LONG = 20_000; // milliseconds without a code, after which we say what helps
  let camera = null;

  const say = (zone, name) => { zone.querySelector("[data-scan-say]").textContent = name ? zone.dataset[name] : ""; };

  const stop = (zone, name = "") => {
    if (!camera) return;
    camera.worker.terminate();
    camera.stream?.getTracks().forEach((one) => one.stop());
    clearTimeout(camera.timer);
    camera = null;
    const video = zone.querySelector("video");
    video.srcObject = null;
    zone.querySelector("[data-scan-view]").hidden = true;
    zone.querySelector("[data-scan-start]").hidden = false;
    say(zone, name);
  };

  const found = (zone, text) => {
    const field = document.getElementById(zone.dataset.field);
    stop(zone, "found");
    field.form.querySelectorAll("input[type=file]").forEach((one) => { one.value = ""; });
    field.value = text;
    field.form.requestSubmit();
  };

  const look = (zone, canvas) => {
    if (!camera) return;
    const video = zone.querySelector("video");
    if (!video.videoWidth) { setTimeout(look, 100, zone, canvas); return; }
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = context.getImageData(0, 0, canvas.width, canvas.height);
    camera.worker.postMessage(frame, [frame.data.buffer]);
  };

  const begin = async (zone) => {
    const worker = new Worker(zone.dataset.scan);
    const mine = { worker, stream: null, timer: 0 };
    camera = mine;
    zone.querySelector("[data-scan-start]").hidden = true;
    zone.querySelector("[data-scan-view]").hidden = false;
    zone.querySelector("[data-scan-stop]").focus();
    say(zone, "wait");
    const canvas = document.createElement("canvas");
    worker.addEventListener("error", () => stop(zone, "broken"));
    worker.addEventListener("message", ({ data }) => {
      if (camera !== mine) return;
      if (data.failed) stop(zone, "broken");
      else if (data.text) found(zone, data.text);
      else setTimeout(look, 150, zone, canvas);
    });
    try {
      mine.stream = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { facingMode: "environment", width: { ideal: 1280 } },
      });
    } catch (error) {
      if (camera === mine) stop(zone, ["NotAllowedError", "SecurityError"].includes(error.name) ? "refused" : "none");
      return;
    }
    if (camera !== mine) { mine.stream.getTracks().forEach((one) => one.stop()); return; }
    const video = zone.querySelector("video");
    video.srcObject = mine.stream;
    await video.play().catch(() => {});
    if (camera !== mine) return;
    say(zone, "hold");
    mine.timer = setTimeout(() => say(zone, "nothing"), LONG);
    worker.postMessage(null);
  };

  document.querySelectorAll("[data-scan]").forEach((zone) => {
    if (!navigator.mediaDevices?.getUserMedia || !window.Worker || !window.WebAssembly) return;
    zone.hidden = false;
    zone.querySelector("[data-scan-start]").addEventListener("click", () => begin(zone));
    zone.querySelector("[data-scan-stop]").addEventListener("click", () => {
      stop(zone);
      zone.querySelector("[data-scan-start]").focus();
    });
    zone.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(zone); });
    addEventListener("pagehide", () => stop(zone));
  });
})();
