package bridge

// Release is the version of the bundle, set by the build. The programs of one bundle
// compare it when they greet.
var Release = "development"
