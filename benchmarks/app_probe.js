// Notes when the canvas was painted and the page changed. The map's own legend and
// tooltip, and Streamlit's sign that it runs, are no answer and are left out.
(() => {
  const probe = (window.probe = { paint: 0, table: 0, change: 0, start: 0 });
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...args) {
    if (this.canvas.width > 300) {
      requestAnimationFrame(() => (probe.paint = performance.now()));
    }
    return clear.apply(this, args);
  };
  const isOurs = (node) => {
    const place = node.nodeType === 1 ? node : node.parentElement;
    if (!place?.closest || place.closest("head, .pm-root")) return false;
    return !place.closest(
      "[data-testid=stStatusWidget], [data-testid=stToast], header"
    );
  };
  const isTable = (node) => {
    const place = node.nodeType === 1 ? node : node.parentElement;
    const host = (place ?? node).getRootNode().host;
    return Boolean(place?.closest?.("%(table)s") ?? host?.closest("%(table)s"));
  };
  const watch = new MutationObserver((records) => {
    const nodes = records.map((record) => record.target);
    if (nodes.some(isOurs)) probe.change = performance.now();
    if (nodes.some(isTable)) probe.table = performance.now();
  });
  const what = { childList: true, characterData: true, subtree: true };
  watch.observe(document, what);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (...args) {
    const root = attach.apply(this, args);
    watch.observe(root, what);
    return root;
  };
  for (const kind of ["pointerup", "click"]) {
    window.addEventListener(kind, () => (probe.start = performance.now()), true);
  }
  probe.isRunning = () =>
    document.querySelector("[data-testid=stStatusWidget]") !== null ||
    document.querySelector("[data-testid=stSkeleton]") !== null;
  probe.state = () =>
    document.querySelector("[data-testid=stApp]")?.dataset.testScriptState ?? "";
  probe.isQuiet = (quiet) => {
    const last = Math.max(probe.paint, probe.change, probe.start);
    const isIdle = probe.state() !== "running" && !probe.isRunning();
    return isIdle && performance.now() - last > quiet;
  };
  probe.colouredShare = (canvas) => {
    const pen = canvas.getContext("2d");
    const { width, height } = canvas;
    const pixels = pen.getImageData(0, 0, width, height).data;
    let n = 0, coloured = 0;
    for (let at = 0; at < pixels.length; at += 4 * 97, n++) {
      const [r, g, b] = [pixels[at], pixels[at + 1], pixels[at + 2]];
      if (Math.max(r, g, b) - Math.min(r, g, b) > 30) coloured++;
    }
    return coloured / n;
  };
})();
