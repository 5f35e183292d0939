# Writes the checksum of a program for C. cmake -DPROGRAM=file -DNAME=macro -DHEADER=file -P checksum.cmake
file(SHA256 "${PROGRAM}" sum)
file(WRITE "${HEADER}" "#define ${NAME} \"${sum}\"\n")
