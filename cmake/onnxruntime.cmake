# Takes ONNX Runtime's library out of the npm package onnxruntime-node, which has builds of one release for all
# platforms. npm fetches and checks it; the checksum here pins what we tested with.
# cmake -DFOLDER=where -DVERSION=1.30.0 -DSHA256=of-the-library -DPLATFORM=linux/x64 -P onnxruntime.cmake

set(package "package/bin/napi-v6/${PLATFORM}/libonnxruntime.so.1")
set(archive "${FOLDER}/onnxruntime-node-${VERSION}.tgz")
file(MAKE_DIRECTORY "${FOLDER}")
message(STATUS "Fetching ONNX Runtime ${VERSION} (108 MB) with npm")
execute_process(
  COMMAND npm pack --loglevel=error "onnxruntime-node@${VERSION}"
  WORKING_DIRECTORY "${FOLDER}"
  OUTPUT_QUIET
  RESULT_VARIABLE failed
)
if(failed)
  message(FATAL_ERROR "npm could not fetch onnxruntime-node ${VERSION} (${failed}): what it says is above.")
endif()
execute_process(COMMAND tar -xzf "${archive}" --strip-components=5 "${package}" WORKING_DIRECTORY "${FOLDER}"
                COMMAND_ERROR_IS_FATAL ANY)
file(SHA256 "${FOLDER}/libonnxruntime.so.1" found)
if(NOT found STREQUAL SHA256)
  file(REMOVE "${FOLDER}/libonnxruntime.so.1")
  message(FATAL_ERROR "onnxruntime-node ${VERSION} holds another library than expected: ${found}")
endif()
file(REMOVE "${archive}")
