# Takes the licences of what is in ONNX Runtime's library out of its wheel on PyPI: the npm package that the library comes from
# has none. They are the same on every platform; the checksum pins those that were looked at.
# cmake -DFOLDER=where -DVERSION=1.30.0 -DSHA256=of-ThirdPartyNotices.txt -P notices.cmake

file(MAKE_DIRECTORY "${FOLDER}")
message(STATUS "Fetching the licences of ONNX Runtime ${VERSION} (24 MB) with pip")
execute_process(
  COMMAND python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "${FOLDER}"
          --implementation cp --python-version 3.11 --abi cp311 --platform manylinux_2_28_x86_64 "onnxruntime==${VERSION}"
  RESULT_VARIABLE failed
  ERROR_VARIABLE said
)
if(failed)
  message(FATAL_ERROR "pip could not fetch onnxruntime ${VERSION}. Is python3-pip installed, and the network there?\n${said}")
endif()
file(GLOB wheel "${FOLDER}/onnxruntime-${VERSION}-*.whl")
set(notices onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt)
file(ARCHIVE_EXTRACT INPUT "${wheel}" DESTINATION "${FOLDER}" PATTERNS ${notices})
file(REMOVE "${wheel}")
file(SHA256 "${FOLDER}/onnxruntime/ThirdPartyNotices.txt" found)
if(NOT found STREQUAL SHA256)
  file(REMOVE_RECURSE "${FOLDER}/onnxruntime")
  message(FATAL_ERROR "onnxruntime ${VERSION} has other notices than expected: ${found}")
endif()
# When they are newer than what is made of them is what counts, not when they were packed.
foreach(notice IN LISTS notices)
  file(TOUCH "${FOLDER}/${notice}")
endforeach()
