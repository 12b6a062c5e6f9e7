// Hands the answer over to the application. Without this script its button does.
"use strict";

document.getElementById("hand-over").submit();
