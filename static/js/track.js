// A form that was refused stays in the browser's history as a sending, which may not be
// stored: Chromium would answer Back with ERR_CACHE_MISS. So the page says where it stands.
import { one } from "./dom.js";

history.replaceState(null, "", one("link[rel=canonical]").href);
