# uring.sh - a program that does its input and output through io_uring, and checks what it reads.
if "$B/guest-tests/uring" | grep -q '^skip'; then
    skip 'program: fio on io_uring' 'no io_uring here to compare with'
else
    fio='fio --name=t --ioengine=io_uring --rw=randrw --bs=4k --size=64k --verify=crc32c --verify_state_save=0 --randseed=7
        --unlink=1 --thread --output=/dev/null'
    # shellcheck disable=SC2086
    prog 'fio on io_uring' $fio --iodepth=8
    # shellcheck disable=SC2086
    prog 'fio on io_uring, registered files and buffers' $fio --iodepth=4 --fixedbufs --registerfiles --nonvectored=1
fi
